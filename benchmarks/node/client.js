'use strict';
// Node's own client: node client.js --version 4 --port N. The talk is that of the other contestants: "run COUNT" on stdin; it
// connects, prints "armed", takes that many events and prints "COUNT MILLISECONDS CPU-MILLISECONDS -".
const readline = require('readline');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const connect = require(`socket.io-client-v${options.version}`);

function run(count) {
  const socket = connect(`http://127.0.0.1:${options.port}`, { transports: ['websocket'], reconnection: false, forceNew: true });
  let taken = 0;
  let call;
  let cpu;
  let started;
  socket.on('PBX', (event) => {
    if (taken++ === 0) started = process.hrtime.bigint();
    call = event.sessionId;
    if (taken < count) return;
    const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
    const used = process.cpuUsage(cpu);
    console.log(`${count} ${elapsed.toFixed(3)} ${((used.user + used.system) / 1000).toFixed(3)} - ${call}`);
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
