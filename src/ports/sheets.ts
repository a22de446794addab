/** A spreadsheet that tables are copied into. */
export interface SheetWriter {
  /**
   * Puts rows into the tab of that name, made where there is none; what else stood in that tab is gone, and no other is
   * touched. Nothing is taken for a formula. AppError `sheets.unauthorised`, `sheets.not-shared`, `sheets.api-off`,
   * `sheets.not-found`, `sheets.throttled`, `sheets.unreachable`.
   */
  write(tab: string, rows: readonly (readonly (string | number)[])[]): Promise<{ readonly url: string }>;
}
