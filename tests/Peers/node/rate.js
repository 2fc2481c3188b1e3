'use strict';
// The event rate of a real client: node rate.js --version 4 --port 1234. Says "go", counts until "end", prints the milliseconds.
const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const connect = require(`socket.io-client-v${options.version || 4}`);
const socket = connect(`http://127.0.0.1:${options.port}`, { transports: ['websocket'], reconnection: false });
let count = 0;
let started;
socket.on('item', () => count++);
socket.on('end', () => {
  const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
  console.log(`${count} ${elapsed}`);
  socket.close();
});
socket.on('connect', () => {
  started = process.hrtime.bigint();
  socket.emit('go');
});
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
