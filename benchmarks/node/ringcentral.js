'use strict';
// The official RingCentral SDK with a ring: node ringcentral.js --port N --jwt JWT --ring SIZE. "run COUNT" on stdin; it prints "armed",
// takes that many events and prints "COUNT MILLISECONDS CPU-MILLISECONDS - PROOF". It logs in once: a process is one user's, and
// what the SDK leaves behind after a connection is not a later round's.
const readline = require('readline');
const RingCentral = require('@rc-ex/core').default;
const WebSocketExtension = require('@rc-ex/ws').default;
const Ring = require('./ring.js');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];

let round;

function take(event) {
  if (round.taken++ === 0) round.started = process.hrtime.bigint();
  round.ring.add({ name: event.event, call: event.body.telephonySessionId, receivedAt: Date.now(), data: event });
  if (round.taken !== round.count) return;
  const elapsed = Number(process.hrtime.bigint() - round.started) / 1e6;
  const used = process.cpuUsage(round.cpu);
  console.log(`${round.taken} ${elapsed.toFixed(3)} ${((used.user + used.system) / 1000).toFixed(3)} - ${round.ring.proof()}`);
}

async function connect() {
  const rc = new RingCentral({ server: `http://127.0.0.1:${options.port}`, clientId: 'app', clientSecret: 'secret' });
  await rc.authorize({ jwt: options.jwt });
  const extension = new WebSocketExtension();
  await rc.installExtension(extension);
  await extension.subscribe(['/restapi/v1.0/account/~/telephony/sessions'], take);
}

let connected;
async function run(count) {
  connected ??= connect();
  await connected;
  round = { count, taken: 0, ring: new Ring(Number(options.ring)), cpu: process.cpuUsage() };
  console.log('armed');
}

readline.createInterface({ input: process.stdin })
  .on('line', (line) => run(Number(line.split(' ')[1])).catch((error) => {
    console.error(error);
    process.exit(1);
  }))
  .on('close', () => process.exit(0));
