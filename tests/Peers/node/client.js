'use strict';
// A real Socket.IO client for the peer tests: node client.js --version 4 --url http://127.0.0.1:N [--transports polling,websocket]
// Prints what happens to it, one line each, and takes orders from stdin:
//   emit NAME JSON   ask NAME JSON (prints "ack JSON")   close
// Ends when stdin closes, so it never outlives the tests.
const readline = require('readline');

const options = {};
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];

const io = require(`socket.io-client-v${options.version}`);
const socket = io(options.url, {
  transports: (options.transports || 'polling,websocket').split(','),
  reconnectionDelay: 50,
  reconnectionDelayMax: 200,
});
const say = (...words) => console.log(words.join(' '));

// The step up begins with the connection below, before or after the namespace is joined.
socket.io.on('open', () => socket.io.engine.once('upgrade', (transport) => say('upgrade', transport.name)));
socket.on('connect', () => say('connect'));
socket.on('disconnect', (reason) => say('disconnect', reason));
socket.on('connect_error', (error) => say('connect_error', error.message));

const onEvent = (name, args) => say('event', name, JSON.stringify(args));
if (socket.onAny) {
  socket.onAny((name, ...args) => onEvent(name, args));
} else {
  const handle = socket.onevent;
  socket.onevent = function onevent(packet) {
    onEvent(packet.data[0], packet.data.slice(1));
    handle.call(this, packet);
  };
}

readline.createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [order, name, ...rest] = line.split(' ');
    const data = rest.length ? JSON.parse(rest.join(' ')) : undefined;
    if (order === 'emit') socket.emit(name, data);
    else if (order === 'ask') socket.emit(name, data, (...answer) => say('ack', JSON.stringify(answer)));
    else if (order === 'close') socket.close();
  })
  .on('close', () => process.exit(0));
