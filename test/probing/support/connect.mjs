// Tries to reach a port of this machine, and tells how that ended.
import { connect } from 'node:net';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
const end = (how) => process.send(how, () => process.exit());
socket.once('connect', () => end('connected'));
socket.once('error', ({ code }) => end(code));
