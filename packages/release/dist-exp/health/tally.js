export {};
//# sourceMappingURL=tally.js.map