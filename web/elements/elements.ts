// The script that other pages embed: one element, and what it is made of.
import "./rtk-sessions.ts";
