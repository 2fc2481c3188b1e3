'use strict';
// Many of Node's own clients that do nothing: node idle.js --version 4 --port N --count 100 --seconds 60.
// Prints "CPU-MILLISECONDS WORKING-SET HEAP": of all, and of one connection, in bytes.
const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const connect = require(`socket.io-client-v${options.version}`);
const count = Number(options.count);

function open() {
  return new Promise((resolve) => {
    const socket = connect(`http://127.0.0.1:${options.port}`, { transports: ['websocket'], forceNew: true });
    socket.on('PBX', () => {});
    socket.once('connect', resolve);
  });
}

function memory() {
  if (global.gc) global.gc();
  return process.memoryUsage();
}

async function main() {
  await open();
  const before = memory();
  for (let i = 0; i < count; i++) await open();
  const cpu = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, Number(options.seconds) * 1000));
  const used = process.cpuUsage(cpu);
  const after = memory();
  const each = (bytes) => Math.round(bytes / count);
  const heap = after.heapUsed + after.external - before.heapUsed - before.external;
  console.log(`${((used.user + used.system) / 1000).toFixed(3)} ${each(after.rss - before.rss)} ${each(heap)}`);
  process.exit(0);
}

process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
main();
