// The dashboard's own script: the page around the screens, and the first screen. Others are loaded when they are opened.
import "./live-screen.ts";
import "./shell.ts";
