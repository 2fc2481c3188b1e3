'use strict';
// A real Socket.IO server for the peer tests: node server.js --version 4 --port 0 [--allow-eio3] [--refuse text|object]
//   [--ping-interval ms] [--ping-timeout ms] [--transports polling,websocket] [--slow ms]
// Prints "port N"; answers lines on stdin; ends when stdin closes, so it never outlives the tests.
const http = require('http');
const readline = require('readline');

const options = {};
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].replace(/^--/, '');
  const hasValue = i + 1 < process.argv.length && !process.argv[i + 1].startsWith('--');
  options[name] = hasValue ? process.argv[++i] : true;
}

const version = Number(options.version || 4);
const httpServer = http.createServer((request, response) => {
  response.statusCode = 404;
  response.end();
});
const config = {
  serveClient: false,
  maxHttpBufferSize: 1e8,
  pingInterval: Number(options['ping-interval'] || 25000),
  pingTimeout: Number(options['ping-timeout'] || 20000),
};
if (options['allow-eio3']) config.allowEIO3 = true;
if (options.transports) config.transports = options.transports.split(',');
let io;
if (version === 2) {
  io = require('socket.io-v2')(httpServer, config);
} else {
  const { Server } = require(`socket.io-v${version}`);
  io = new Server(httpServer, config);
}

let connections = 0;
let echoes = 0;

function refuse(next) {
  const error = new Error('not authorized');
  error.data = options.refuse === 'object' ? { code: 401 } : 'not authorized';
  next(error);
}

function attach(namespace) {
  namespace.use((socket, next) => {
    const go = () => (options.refuse ? refuse(next) : next());
    if (options.slow) setTimeout(go, Number(options.slow));
    else go();
  });
  namespace.on('connection', (socket) => {
    connections++;
    // A client that asks to connect where nobody has to ask becomes two clients on one connection.
    socket.conn.clients = (socket.conn.clients || 0) + 1;
    const handshake = socket.handshake;
    socket.on('who', (reply) => reply({
      transport: socket.conn.transport.name,
      // engine.io 3 knows no other one and says nothing.
      revision: socket.conn.protocol || 3,
      auth: handshake.auth || null,
      query: handshake.query,
      header: handshake.headers['x-test'] || null,
      agent: handshake.headers['user-agent'] || null,
      connections,
      clientsOnThisConnection: socket.conn.clients,
    }));
    // Counted as they come in: a server forgets what it has not handled yet when the goodbye is right behind it.
    socket.conn.on('packet', (packet) => {
      if (packet.type === 'message' && String(packet.data).startsWith('2["echo"')) echoes++;
    });
    socket.on('echo', (...args) => socket.emit('echo', ...args));
    socket.on('sum', (a, b, reply) => setTimeout(() => reply(a + b, { a, b }), (a * 7) % 5));
    socket.on('reflect', (...args) => args.pop()(...args));
    socket.on('ignored', () => {});
    socket.on('ask', (...args) => socket.emit('question', ...args, (...answer) => socket.emit('answered', ...answer)));
    socket.on('burst', (count, size) => {
      const text = 'x'.repeat(size);
      for (let i = 0; i < count; i++) socket.emit('item', i, text);
    });
    socket.on('binary', (size) => socket.emit('bin', Buffer.alloc(size, 7), { nested: Buffer.from([1, 2, 3]), text: 'é' }));
    socket.on('binary reply', (size, reply) => reply(Buffer.alloc(size, 7), 'and'));
    socket.on('large', (size) => socket.emit('large', 'é'.repeat(size / 2)));
    socket.on('kick', (isClosing) => socket.disconnect(isClosing));
    socket.on('weird "name"\n\u2028', (...args) => socket.emit('weird "name"\n\u2028', ...args));
  });
}

attach(io.of('/'));
attach(io.of('/admin'));

httpServer.on('error', (error) => {
  console.log(`error ${error.code}`);
  process.exit(1);
});
httpServer.listen(Number(options.port || 0), '127.0.0.1', () => console.log(`port ${httpServer.address().port}`));

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'sockets') httpServer.getConnections((_, count) => console.log(count));
  else if (line === 'clients') console.log(io.engine.clientsCount);
  else if (line === 'connections') console.log(connections);
  else if (line === 'echoes') console.log(echoes);
});
lines.on('close', () => process.exit(0));
