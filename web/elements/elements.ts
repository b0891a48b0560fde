// The script that other pages embed: one element, and what it is made of.
import "./rtk-sessions.ts";
// Where the dashboard shows no time axis, it does not load it: the element's script has it, and the screen that needs it.
import "./timeline.ts";
