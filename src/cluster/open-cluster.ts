import type { Cluster } from '../ports/cluster.ts';
import { type ClusterOptions, createCluster } from './create-cluster.ts';
import { PostgresBus, type PostgresBusOptions } from './postgres-bus.ts';

/** Joins the processes that share a ledger on PostgreSQL. */
export async function openCluster(options: Omit<ClusterOptions, 'bus'> & PostgresBusOptions): Promise<Cluster> {
  const bus = new PostgresBus(options);
  const cluster = createCluster({ ...options, bus });
  await bus.open();
  return cluster;
}
