// Opens the store on a database and prints how many probe sets it has.
const [module, dataFolder, databaseUrl] = process.argv.slice(2);
const { openStore } = await import(module);
const store = await openStore({ dataFolder, databaseUrl });
console.log((await store.probeSets.list()).length);
await store.close();
