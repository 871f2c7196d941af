export {};
//# sourceMappingURL=call-out.js.map