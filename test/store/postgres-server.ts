export { findPostgres, type PostgresServer, startPostgres } from '../../bench/support/postgres-server.js';
