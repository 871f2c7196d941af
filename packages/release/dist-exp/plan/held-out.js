/** Shares of units that holdouts keep out at an instant (ms), by name. */
export function heldOutAt(resources, now) {
    const shares = {};
    for (const resource of resources) {
        if (resource.kind !== 'Holdout')
            continue;
        const { share, until } = resource.spec;
        if (until === undefined || now < Date.parse(until))
            shares[resource.metadata.name] = share;
    }
    return shares;
}
//# sourceMappingURL=held-out.js.map