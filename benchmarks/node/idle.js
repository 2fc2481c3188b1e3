'use strict';
// Many of Node's own clients that do nothing: node idle.js --version 4 --port N --count 100 --seconds 60.
// It does nothing for that long twice, because in the first time much is compiled. Prints "FIRST-CPU-MILLISECONDS CPU-MILLISECONDS
// WORKING-SET HEAP": of all, and of one connection, in bytes.
const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const connect = require(`socket.io-client-v${options.version}`);
const count = Number(options.count);

function open() {
  return new Promise((resolve) => {
    const socket = connect(`http://127.0.0.1:${options.port}`, { transports: ['websocket'], forceNew: true });
    socket.on('PBX', () => {});
    socket.on('disconnect', () => {
      console.error('A connection was lost.');
      process.exit(1);
    });
    socket.once('connect', resolve);
  });
}

function memory() {
  if (global.gc) global.gc();
  return process.memoryUsage();
}

// The processor time of as long as it is to do nothing, in milliseconds.
async function used() {
  const cpu = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, Number(options.seconds) * 1000));
  const { user, system } = process.cpuUsage(cpu);
  return ((user + system) / 1000).toFixed(3);
}

async function main() {
  await open();
  const before = memory();
  for (let i = 0; i < count; i++) await open();
  const first = await used();
  const second = await used();
  const after = memory();
  const each = (bytes) => Math.round(bytes / count);
  const heap = after.heapUsed + after.external - before.heapUsed - before.external;
  console.log(`${first} ${second} ${each(after.rss - before.rss)} ${each(heap)}`);
  process.exit(0);
}

process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
main();
