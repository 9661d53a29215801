/** Figures of the store's scripts that a plan goes by: a test compares them. Purgeline's choices, their reasons are there. */

/** Between a grant and the one a window later, beside the window. */
export const GATE_MARGIN_MS = 25;
/** A whole rate, in the parts that a throttled call's is counted in; those that it gets back with each window. */
export const WHOLE_RATE = 1000;
export const MORE_RATE = 50;
/** Groups that a producer's turn looks at; keys that a take may pass over. */
export const GROUPS_A_TURN = 32;
export const MOST_PASSED_OVER = 4000;
/** Directories above a target that may cover it, and the characters of the longest. */
export const MOST_LEVELS = 32;
export const MOST_PLACE_CHARS = 1024;
/** So near to a reset, beside the call's time-out, nobody can tell which day it is. */
export const RESET_GUARD_MS = 1000;
