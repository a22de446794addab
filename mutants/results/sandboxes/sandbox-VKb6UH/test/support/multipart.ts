/** A file as it came in a form. */
// @ts-nocheck

export interface FormFile {
  readonly name: string;
  readonly data: Buffer;
}

export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  /** By the name of their part. */
  readonly files: ReadonlyMap<string, FormFile>;
}

/** Reads `multipart/form-data`, as leniently as a server must: names need no quotes. */
export function readForm(body: Buffer, contentType: string): Form {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType);
  const mark = Buffer.from(`--${boundary?.[1] ?? boundary?.[2] ?? ''}`);
  const fields: Record<string, string> = {};
  const files = new Map<string, FormFile>();
  for (let start = body.indexOf(mark); start !== -1; ) {
    const next = body.indexOf(mark, start + mark.length);
    if (next === -1) break;
    // Between the line break after the mark and the one before the next.
    const part = body.subarray(start + mark.length + 2, next - 2);
    start = next;
    const gap = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, gap).toString('utf8');
    const data = Buffer.from(part.subarray(gap + 4));
    const name = parameterOf(head, 'name') ?? '';
    const file = parameterOf(head, 'filename');
    if (file === undefined) fields[name] = data.toString('utf8');
    else files.set(name, { name: file, data });
  }
  return { fields, files };
}

function parameterOf(head: string, key: string): string | undefined {
  const found = new RegExp(`[;\\s]${key}=(?:"([^"]*)"|([^;\\r\\n]*))`, 'i').exec(head);
  return found?.[1] ?? found?.[2];
}
