'use strict';
// Node's own client: node client.js --version 4 --port N [--ring SIZE]. The talk is that of the other contestants: "run COUNT" on
// stdin; it connects, prints "armed", takes that many events and prints "COUNT MILLISECONDS CPU-MILLISECONDS - PROOF".
// With a ring it does PbxEvents' work: the call is tracked, and the event is kept with its object and the call as it stood.
const readline = require('readline');
const Ring = require('./ring.js');
const Tracker = require('./tracker.js');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const connect = require(`socket.io-client-v${options.version}`);

// What is done with an event, and how it is proven.
function keeping() {
  const ring = new Ring(Number(options.ring));
  const tracker = new Tracker();
  let last;
  return {
    take(event) {
      last = tracker.take(event);
      ring.add({ name: event.event, call: event.sessionId, receivedAt: Date.now(), data: event, state: last });
    },
    // All calls ended, so none may be left in progress.
    proof: () => (tracker.calls.size === 0 && last.state === 'Ended' ? ring.proof() : 'untracked'),
  };
}

function looking() {
  let call;
  return {
    take(event) {
      call = event.sessionId;
    },
    proof: () => call,
  };
}

function run(count) {
  const socket = connect(`http://127.0.0.1:${options.port}`, { transports: ['websocket'], reconnection: false, forceNew: true });
  const work = options.ring ? keeping() : looking();
  let taken = 0;
  let cpu;
  let started;
  socket.on('PBX', (event) => {
    if (taken++ === 0) started = process.hrtime.bigint();
    work.take(event);
    if (taken < count) return;
    const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
    const used = process.cpuUsage(cpu);
    console.log(`${taken} ${elapsed.toFixed(3)} ${((used.user + used.system) / 1000).toFixed(3)} - ${work.proof()}`);
    socket.close();
  });
  socket.on('connect', () => {
    cpu = process.cpuUsage();
    console.log('armed');
  });
}

readline.createInterface({ input: process.stdin })
  .on('line', (line) => run(Number(line.split(' ')[1])))
  .on('close', () => process.exit(0));
