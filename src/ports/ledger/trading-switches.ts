/** What stops trading, and what lets it go live. */
export interface TradingSwitches {
  setHalted(halted: boolean): Promise<void>;
  halted(): Promise<boolean>;
  /** Lets orders go to a live venue on one Korean day. */
  armDay(day: string): Promise<void>;
  /** The day it was last armed for. */
  armedDay(): Promise<string | undefined>;
}
