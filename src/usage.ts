/** What `--help` prints, and what somebody is told who asked wrongly. */
export const usage = `npm start                                  the bot; without keys an embedded KIS simulator
npm start -- setup                         asks for what is needed, checks it, and writes .env
npm start -- exec "/price 005930" [--json] one question, one answer; 0 answered, 1 failed, 2 asked wrongly
npm start -- exec "/digest" --to webhook   the same, sent to a chat: webhook, or telegram (the owner's own)
npm start -- doctor                        checks settings, KIS, store and chats, one line each
npm start -- doctor --wire                 asks every read of KIS's API once, and prints what came of each
npm start -- revoke                        gives the KIS access token back, so that nobody can use it any more
npm start -- store copy FROM TO            copies the ledger, such as from sqlite:data/hoga.db to STORE_URL, which must be empty
npm start -- store backup [PATH]           writes a checked copy of the ledger, also beside a running bot
npm start -- store check [STORE]           looks whether the records agree with one another
npm start -- simulator [--rest-port 9443] [--ws-port 21000] [--seed 1] [--speed 1] [--clock open|live] [--kind live|paper]
                       [--accounts 50000000-01,50000001-29]
`;
