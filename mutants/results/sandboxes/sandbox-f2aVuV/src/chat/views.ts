// @ts-nocheck
import type { Button, Message } from './channel.ts';

/** The key under which an answer that another may take the place of can be edited. */
export const viewKey = (id: string): string => `view:${id}`;

/** The view that a key names; undefined for a message of another kind. */
export function viewOf(key: string | undefined): string | undefined {
  const prefix = viewKey('');
  return key?.startsWith(prefix) === true ? key.slice(prefix.length) : undefined;
}

/** A message whose buttons know whose place their answers take. */
export function asView(id: string, message: Message): Message {
  const named = (button: Button): Button =>
    button.id.startsWith('show:') ? { ...button, id: `show:${id}:${button.id.slice('show:'.length)}` } : button;
  return message.buttons === undefined
    ? message
    : { ...message, buttons: message.buttons.map((row) => row.map(named)) };
}
