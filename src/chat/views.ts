import type { Button, Message } from './channel.ts';

/** The outbox key of an answer that a later answer may replace. */
export const viewKey = (id: string): string => `view:${id}`;

/** The view in an outbox key; undefined for the key of another kind of message. */
export function viewOf(key: string | undefined): string | undefined {
  const prefix = viewKey('');
  return key?.startsWith(prefix) === true ? key.slice(prefix.length) : undefined;
}

/** Marks the `show:` buttons of a message with its view, so that their answers replace this message. */
export function asView(id: string, message: Message): Message {
  const named = (button: Button): Button =>
    button.id.startsWith('show:') ? { ...button, id: `show:${id}:${button.id.slice('show:'.length)}` } : button;
  return message.buttons === undefined
    ? message
    : { ...message, buttons: message.buttons.map((row) => row.map(named)) };
}
