// For `node --import`: ends a program in good order when its standard input ends, so that none outlives who started it.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume();
// Its input alone does not keep a program alive.
process.stdin.unref?.();
