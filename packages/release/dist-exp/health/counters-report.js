export {};
//# sourceMappingURL=counters-report.js.map