'use strict';
// The official RingCentral SDK for the peer tests:
//   node ringcentral.js --server http://127.0.0.1:N --clientId ID --clientSecret SECRET --jwt JWT --filter PATH
// Prints what happens to it, one line each, and takes orders from stdin:
//   rest PATH (prints "rest STATUS JSON")   revoke (prints "revoked")
// Ends when stdin closes, so it never outlives the tests.
const readline = require('readline');
const RingCentral = require('@rc-ex/core').default;
const WebSocketExtension = require('@rc-ex/ws').default;
const { Events } = require('@rc-ex/ws');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const say = (...words) => console.log(words.join(' '));

async function main() {
  const rc = new RingCentral({ server: options.server, clientId: options.clientId, clientSecret: options.clientSecret });
  await rc.authorize({ jwt: options.jwt });
  say('authorized', rc.token.owner_id);
  const extension = new WebSocketExtension({ restOverWebSocket: true, autoRecover: { enabled: true, checkInterval: () => 2500 } });

  // The SDK listens to a recovered socket a moment late; what the server sends is seen here from the beginning.
  extension.eventEmitter.on(Events.newWebSocketObject, (socket) => socket.addEventListener('message', (message) => {
    const [meta, body] = JSON.parse(message.data);
    if (meta.type === 'ServerNotification') say('frame', body.uuid);
    if (meta.type === 'ConnectionDetails') say('details', body.recoveryState || 'new');
  }));
  extension.eventEmitter.on(Events.autoRecoverSuccess, () => say('recovered'));
  extension.eventEmitter.on(Events.autoRecoverFailed, () => say('failed'));
  await rc.installExtension(extension);
  const subscription = await extension.subscribe([options.filter], (event) =>
    say('event', event.uuid, event.body.parties[0].status.code));
  say('subscribed', subscription.subscriptionInfo.id);

  readline.createInterface({ input: process.stdin })
    .on('line', async (line) => {
      const [order, path] = line.split(' ');
      if (order === 'rest') {
        const answer = await rc.get(path);
        say('rest', answer.status, JSON.stringify(answer.data));
      } else if (order === 'revoke') {
        await extension.revoke();
        await rc.revoke();
        say('revoked');
      }
    })
    .on('close', () => process.exit(0));
}

main().catch((error) => {
  say('error', error.message.replace(/\s+/g, ' '));
  process.exitCode = 1;
});
