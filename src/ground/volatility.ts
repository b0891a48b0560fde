/** What is on a page: something running; ended rows with a window still open; ended rows in a closed window. Decides how long it is fresh. */
export type Volatility = "live" | "recent" | "settled";
