// @ts-nocheck
function stryNS_9fa48() {
  var g = typeof globalThis === 'object' && globalThis && globalThis.Math === Math && globalThis || new Function("return this")();
  var ns = g.__stryker__ || (g.__stryker__ = {});
  if (ns.activeMutant === undefined && g.process && g.process.env && g.process.env.__STRYKER_ACTIVE_MUTANT__) {
    ns.activeMutant = g.process.env.__STRYKER_ACTIVE_MUTANT__;
  }
  function retrieveNS() {
    return ns;
  }
  stryNS_9fa48 = retrieveNS;
  return retrieveNS();
}
stryNS_9fa48();
function stryCov_9fa48() {
  var ns = stryNS_9fa48();
  var cov = ns.mutantCoverage || (ns.mutantCoverage = {
    static: {},
    perTest: {}
  });
  function cover() {
    var c = cov.static;
    if (ns.currentTestId) {
      c = cov.perTest[ns.currentTestId] = cov.perTest[ns.currentTestId] || {};
    }
    var a = arguments;
    for (var i = 0; i < a.length; i++) {
      c[a[i]] = (c[a[i]] || 0) + 1;
    }
  }
  stryCov_9fa48 = cover;
  cover.apply(null, arguments);
}
function stryMutAct_9fa48(id) {
  var ns = stryNS_9fa48();
  function isActive(id) {
    if (ns.activeMutant === id) {
      if (ns.hitCount !== void 0 && ++ns.hitCount > ns.hitLimit) {
        throw new Error('Stryker: Hit count limit reached (' + ns.hitCount + ')');
      }
      return true;
    }
    return false;
  }
  stryMutAct_9fa48 = isActive;
  return isActive(id);
}
import type { Kysely, Selectable } from 'kysely';
import { isCancel, type OrderRecord, sameAtVenue } from '../domain/order.ts';
import { newOrderRecord } from '../domain/order-state.ts';
import { AppError } from '../errors.ts';
import type { ClaimRequest, ClaimResult, Ledger, Proposal } from '../ports.ts';
import { fromJson, toJson } from './json.ts';
import { amountOfDay, insertOrder, unsettledAround } from './orders.ts';
import type { ProposalsTable, Tables } from './schema.ts';
import { isHalted } from './settings.ts';
import type { Transactions } from './transactions.ts';
type ProposalMethods = Pick<Ledger, 'createProposal' | 'proposal' | 'dropProposal' | 'claim'>;
export function createProposalMethods({
  read,
  write
}: Transactions): ProposalMethods {
  if (stryMutAct_9fa48("0")) {
    {}
  } else {
    stryCov_9fa48("0");
    return stryMutAct_9fa48("1") ? {} : (stryCov_9fa48("1"), {
      createProposal: stryMutAct_9fa48("2") ? () => undefined : (stryCov_9fa48("2"), proposal => write(stryMutAct_9fa48("3") ? "" : (stryCov_9fa48("3"), 'create-proposal'), async transaction => {
        if (stryMutAct_9fa48("4")) {
          {}
        } else {
          stryCov_9fa48("4");
          await transaction.insertInto(stryMutAct_9fa48("5") ? "" : (stryCov_9fa48("5"), 'proposals')).values(stryMutAct_9fa48("6") ? {} : (stryCov_9fa48("6"), {
            id: proposal.id,
            person_id: proposal.personId,
            channel: proposal.address.channel,
            chat_id: proposal.address.chatId,
            command: proposal.command,
            plan: toJson(proposal.plan),
            created_at: proposal.createdAt,
            expires_at: proposal.expiresAt,
            status: stryMutAct_9fa48("7") ? "" : (stryCov_9fa48("7"), 'open'),
            shown: proposal.shown
          })).execute();
        }
      })),
      proposal: stryMutAct_9fa48("8") ? () => undefined : (stryCov_9fa48("8"), id => read(stryMutAct_9fa48("9") ? "" : (stryCov_9fa48("9"), 'proposal'), stryMutAct_9fa48("10") ? () => undefined : (stryCov_9fa48("10"), db => findProposal(db, id)))),
      dropProposal: stryMutAct_9fa48("11") ? () => undefined : (stryCov_9fa48("11"), id => write(stryMutAct_9fa48("12") ? "" : (stryCov_9fa48("12"), 'drop-proposal'), stryMutAct_9fa48("13") ? () => undefined : (stryCov_9fa48("13"), transaction => leaveOpen(transaction, id, stryMutAct_9fa48("14") ? "" : (stryCov_9fa48("14"), 'dropped'))))),
      claim: stryMutAct_9fa48("15") ? () => undefined : (stryCov_9fa48("15"), request => write(stryMutAct_9fa48("16") ? "" : (stryCov_9fa48("16"), 'claim'), stryMutAct_9fa48("17") ? () => undefined : (stryCov_9fa48("17"), transaction => claim(transaction, request))))
    });
  }
}
async function claim(transaction: Kysely<Tables>, request: ClaimRequest): Promise<ClaimResult> {
  if (stryMutAct_9fa48("18")) {
    {}
  } else {
    stryCov_9fa48("18");
    const proposal = await findProposal(transaction, request.proposalId);
    if (stryMutAct_9fa48("21") ? proposal !== undefined : stryMutAct_9fa48("20") ? false : stryMutAct_9fa48("19") ? true : (stryCov_9fa48("19", "20", "21"), proposal === undefined)) {
      if (stryMutAct_9fa48("22")) {
        {}
      } else {
        stryCov_9fa48("22");
        return stryMutAct_9fa48("23") ? {} : (stryCov_9fa48("23"), {
          kind: stryMutAct_9fa48("24") ? "" : (stryCov_9fa48("24"), 'refused'),
          reason: stryMutAct_9fa48("25") ? "" : (stryCov_9fa48("25"), 'unknown')
        });
      }
    }
    if (stryMutAct_9fa48("28") ? proposal.personId === request.personId : stryMutAct_9fa48("27") ? false : stryMutAct_9fa48("26") ? true : (stryCov_9fa48("26", "27", "28"), proposal.personId !== request.personId)) {
      if (stryMutAct_9fa48("29")) {
        {}
      } else {
        stryCov_9fa48("29");
        return stryMutAct_9fa48("30") ? {} : (stryCov_9fa48("30"), {
          kind: stryMutAct_9fa48("31") ? "" : (stryCov_9fa48("31"), 'refused'),
          reason: stryMutAct_9fa48("32") ? "" : (stryCov_9fa48("32"), 'not-yours')
        });
      }
    }
    if (stryMutAct_9fa48("35") ? proposal.status === 'open' : stryMutAct_9fa48("34") ? false : stryMutAct_9fa48("33") ? true : (stryCov_9fa48("33", "34", "35"), proposal.status !== (stryMutAct_9fa48("36") ? "" : (stryCov_9fa48("36"), 'open')))) {
      if (stryMutAct_9fa48("37")) {
        {}
      } else {
        stryCov_9fa48("37");
        return stryMutAct_9fa48("38") ? {} : (stryCov_9fa48("38"), {
          kind: stryMutAct_9fa48("39") ? "" : (stryCov_9fa48("39"), 'refused'),
          reason: proposal.status
        });
      }
    }
    if (stryMutAct_9fa48("43") ? request.now < proposal.expiresAt : stryMutAct_9fa48("42") ? request.now > proposal.expiresAt : stryMutAct_9fa48("41") ? false : stryMutAct_9fa48("40") ? true : (stryCov_9fa48("40", "41", "42", "43"), request.now >= proposal.expiresAt)) {
      if (stryMutAct_9fa48("44")) {
        {}
      } else {
        stryCov_9fa48("44");
        return stryMutAct_9fa48("45") ? {} : (stryCov_9fa48("45"), {
          kind: stryMutAct_9fa48("46") ? "" : (stryCov_9fa48("46"), 'refused'),
          reason: stryMutAct_9fa48("47") ? "" : (stryCov_9fa48("47"), 'expired')
        });
      }
    }
    const onlyCancels = stryMutAct_9fa48("48") ? request.intents.some(({
      intent
    }) => isCancel(intent.kind)) : (stryCov_9fa48("48"), request.intents.every(stryMutAct_9fa48("49") ? () => undefined : (stryCov_9fa48("49"), ({
      intent
    }) => isCancel(intent.kind))));
    if (stryMutAct_9fa48("52") ? !onlyCancels || (await isHalted(transaction)) : stryMutAct_9fa48("51") ? false : stryMutAct_9fa48("50") ? true : (stryCov_9fa48("50", "51", "52"), (stryMutAct_9fa48("53") ? onlyCancels : (stryCov_9fa48("53"), !onlyCancels)) && (await isHalted(transaction)))) {
      if (stryMutAct_9fa48("54")) {
        {}
      } else {
        stryCov_9fa48("54");
        return stryMutAct_9fa48("55") ? {} : (stryCov_9fa48("55"), {
          kind: stryMutAct_9fa48("56") ? "" : (stryCov_9fa48("56"), 'refused'),
          reason: stryMutAct_9fa48("57") ? "" : (stryCov_9fa48("57"), 'halted')
        });
      }
    }
    for (const other of await unsettledAround(transaction, request.day)) {
      if (stryMutAct_9fa48("58")) {
        {}
      } else {
        stryCov_9fa48("58");
        if (stryMutAct_9fa48("61") ? request.intents.every(({
          intent
        }) => sameAtVenue(intent, other.intent)) : stryMutAct_9fa48("60") ? false : stryMutAct_9fa48("59") ? true : (stryCov_9fa48("59", "60", "61"), request.intents.some(stryMutAct_9fa48("62") ? () => undefined : (stryCov_9fa48("62"), ({
          intent
        }) => sameAtVenue(intent, other.intent))))) {
          if (stryMutAct_9fa48("63")) {
            {}
          } else {
            stryCov_9fa48("63");
            return stryMutAct_9fa48("64") ? {} : (stryCov_9fa48("64"), {
              kind: stryMutAct_9fa48("65") ? "" : (stryCov_9fa48("65"), 'refused'),
              reason: stryMutAct_9fa48("66") ? "" : (stryCov_9fa48("66"), 'unsettled')
            });
          }
        }
      }
    }
    const used = await amountOfDay(transaction, request.day);
    const added = sumOfAmounts(request);
    // Asked as "is it within", so that a cap that is no number refuses.
    const withinCap = stryMutAct_9fa48("70") ? used + added > request.maxDailyAmount : stryMutAct_9fa48("69") ? used + added < request.maxDailyAmount : stryMutAct_9fa48("68") ? false : stryMutAct_9fa48("67") ? true : (stryCov_9fa48("67", "68", "69", "70"), (stryMutAct_9fa48("71") ? used - added : (stryCov_9fa48("71"), used + added)) <= request.maxDailyAmount);
    if (stryMutAct_9fa48("74") ? !withinCap || !(onlyCancels && added === 0) : stryMutAct_9fa48("73") ? false : stryMutAct_9fa48("72") ? true : (stryCov_9fa48("72", "73", "74"), (stryMutAct_9fa48("75") ? withinCap : (stryCov_9fa48("75"), !withinCap)) && (stryMutAct_9fa48("76") ? onlyCancels && added === 0 : (stryCov_9fa48("76"), !(stryMutAct_9fa48("79") ? onlyCancels || added === 0 : stryMutAct_9fa48("78") ? false : stryMutAct_9fa48("77") ? true : (stryCov_9fa48("77", "78", "79"), onlyCancels && (stryMutAct_9fa48("81") ? added !== 0 : stryMutAct_9fa48("80") ? true : (stryCov_9fa48("80", "81"), added === 0)))))))) {
      if (stryMutAct_9fa48("82")) {
        {}
      } else {
        stryCov_9fa48("82");
        return stryMutAct_9fa48("83") ? {} : (stryCov_9fa48("83"), {
          kind: stryMutAct_9fa48("84") ? "" : (stryCov_9fa48("84"), 'over-daily-cap'),
          used
        });
      }
    }
    return stryMutAct_9fa48("85") ? {} : (stryCov_9fa48("85"), {
      kind: stryMutAct_9fa48("86") ? "" : (stryCov_9fa48("86"), 'claimed'),
      orders: await take(transaction, proposal, request)
    });
  }
}

/** The proposal is known to be open: nobody else writes while this transaction lasts. */
async function take(db: Kysely<Tables>, proposal: Proposal, request: ClaimRequest): Promise<readonly OrderRecord[]> {
  if (stryMutAct_9fa48("87")) {
    {}
  } else {
    stryCov_9fa48("87");
    await leaveOpen(db, proposal.id, stryMutAct_9fa48("88") ? "" : (stryCov_9fa48("88"), 'taken'));
    const orders: OrderRecord[] = stryMutAct_9fa48("89") ? ["Stryker was here"] : (stryCov_9fa48("89"), []);
    for (const [position, {
      id,
      intent,
      amount
    }] of request.intents.entries()) {
      if (stryMutAct_9fa48("90")) {
        {}
      } else {
        stryCov_9fa48("90");
        const {
          personId,
          now: at
        } = request;
        const record = newOrderRecord(stryMutAct_9fa48("91") ? {} : (stryCov_9fa48("91"), {
          id,
          proposalId: proposal.id,
          personId,
          intent,
          at
        }));
        await insertOrder(db, record, stryMutAct_9fa48("92") ? {} : (stryCov_9fa48("92"), {
          position,
          address: proposal.address,
          day: request.day,
          amount
        }));
        if (stryMutAct_9fa48("93")) {
          ;
        } else {
          stryCov_9fa48("93");
          orders.push(record);
        }
      }
    }
    return orders;
  }
}

/** @throws AppError `store.bad-amount` for what would make the day's sum meaningless. */
function sumOfAmounts(request: ClaimRequest): number {
  if (stryMutAct_9fa48("94")) {
    {}
  } else {
    stryCov_9fa48("94");
    return request.intents.reduce((sum, {
      id,
      amount
    }) => {
      if (stryMutAct_9fa48("95")) {
        {}
      } else {
        stryCov_9fa48("95");
        if (stryMutAct_9fa48("98") ? !Number.isSafeInteger(amount) && amount < 0 : stryMutAct_9fa48("97") ? false : stryMutAct_9fa48("96") ? true : (stryCov_9fa48("96", "97", "98"), (stryMutAct_9fa48("99") ? Number.isSafeInteger(amount) : (stryCov_9fa48("99"), !Number.isSafeInteger(amount))) || (stryMutAct_9fa48("102") ? amount >= 0 : stryMutAct_9fa48("101") ? amount <= 0 : stryMutAct_9fa48("100") ? false : (stryCov_9fa48("100", "101", "102"), amount < 0)))) {
          if (stryMutAct_9fa48("103")) {
            {}
          } else {
            stryCov_9fa48("103");
            throw new AppError(stryMutAct_9fa48("105") ? "" : (stryCov_9fa48("105"), 'store.bad-amount'), stryMutAct_9fa48("106") ? {} : (stryCov_9fa48("106"), {
              order: id,
              amount
            }));
          }
        }
        return stryMutAct_9fa48("107") ? sum - amount : (stryCov_9fa48("107"), sum + amount);
      }
    }, 0);
  }
}
async function findProposal(db: Kysely<Tables>, id: string): Promise<Proposal | undefined> {
  if (stryMutAct_9fa48("108")) {
    {}
  } else {
    stryCov_9fa48("108");
    const row = await db.selectFrom(stryMutAct_9fa48("109") ? "" : (stryCov_9fa48("109"), 'proposals')).selectAll().where(stryMutAct_9fa48("110") ? "" : (stryCov_9fa48("110"), 'id'), stryMutAct_9fa48("111") ? "" : (stryCov_9fa48("111"), '='), id).executeTakeFirst();
    return stryMutAct_9fa48("114") ? row || proposalOf(row) : stryMutAct_9fa48("113") ? false : stryMutAct_9fa48("112") ? true : (stryCov_9fa48("112", "113", "114"), row && proposalOf(row));
  }
}
async function leaveOpen(db: Kysely<Tables>, id: string, status: 'taken' | 'dropped'): Promise<boolean> {
  if (stryMutAct_9fa48("115")) {
    {}
  } else {
    stryCov_9fa48("115");
    const result = await db.updateTable(stryMutAct_9fa48("116") ? "" : (stryCov_9fa48("116"), 'proposals')).set(stryMutAct_9fa48("117") ? {} : (stryCov_9fa48("117"), {
      status
    })).where(stryMutAct_9fa48("118") ? "" : (stryCov_9fa48("118"), 'id'), stryMutAct_9fa48("119") ? "" : (stryCov_9fa48("119"), '='), id).where(stryMutAct_9fa48("120") ? "" : (stryCov_9fa48("120"), 'status'), stryMutAct_9fa48("121") ? "" : (stryCov_9fa48("121"), '='), stryMutAct_9fa48("122") ? "" : (stryCov_9fa48("122"), 'open')).executeTakeFirst();
    return stryMutAct_9fa48("125") ? result.numUpdatedRows !== 1n : stryMutAct_9fa48("124") ? false : stryMutAct_9fa48("123") ? true : (stryCov_9fa48("123", "124", "125"), result.numUpdatedRows === 1n);
  }
}
function proposalOf(row: Selectable<ProposalsTable>): Proposal {
  if (stryMutAct_9fa48("126")) {
    {}
  } else {
    stryCov_9fa48("126");
    return stryMutAct_9fa48("127") ? {} : (stryCov_9fa48("127"), {
      id: row.id,
      personId: row.person_id,
      address: stryMutAct_9fa48("128") ? {} : (stryCov_9fa48("128"), {
        channel: row.channel,
        chatId: row.chat_id
      }),
      command: row.command,
      plan: fromJson(row.plan),
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      status: row.status,
      shown: row.shown
    });
  }
}