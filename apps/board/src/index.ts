export { type BoardOptions, boardPlugin } from "./board-plugin.ts";
export { type BoardRole, type BoardRoleOptions, startBoard } from "./start-board.ts";
