// Why a target is missed, and what is planned; shown for rows that are.
export const missed = {};
