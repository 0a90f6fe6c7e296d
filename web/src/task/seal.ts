/** How the seal of a vote looks. */
export const SEAL = { agree: 'yes', refuse: 'nay', abstain: '', adjourn: '', cast: '' } as const
