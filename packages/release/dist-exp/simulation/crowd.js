export const ordinaryCrowd = {
    people: 5_000,
    requestsPerSecond: 60,
    spread: 1.2,
    brokenShare: 0.02,
    brokenFailure: 0.5,
    failure: 0.005,
    slow: 0.002,
    memory: 0.95,
    storm: 0.4,
};
export function gatherCrowd(plan, seed) {
    const uniform = uniformFrom(seed);
    const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.sin(2 * Math.PI * uniform());
    const people = [];
    const upTo = new Float64Array(plan.people);
    let activity = 0;
    for (let i = 0; i < plan.people; i++) {
        people.push({
            position: uniform(),
            bucket: Math.floor(uniform() * 64),
            broken: uniform() < plan.brokenShare,
        });
        activity += Math.exp(plan.spread * normal());
        upTo[i] = activity;
    }
    let weather = plan.storm * normal();
    const whoAt = (point) => {
        let low = 0;
        let high = plan.people - 1;
        while (low < high) {
            const middle = (low + high) >> 1;
            if ((upTo[middle] ?? 0) < point)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    };
    return {
        people,
        uniform,
        pass(seconds, send) {
            const memory = plan.memory ** seconds;
            weather = memory * weather + plan.storm * Math.sqrt(1 - memory ** 2) * normal();
            const factor = Math.exp(weather);
            // A count with a variance about its mean; its exact shape does not matter here.
            const load = seconds * plan.requestsPerSecond;
            const count = Math.max(0, Math.round(load + Math.sqrt(load) * normal()));
            for (let i = 0; i < count; i++) {
                const who = whoAt(uniform() * activity);
                const own = people[who]?.broken === true ? plan.brokenFailure : Math.min(1, plan.failure * factor);
                send(who, (more) => uniform() < Math.min(1, own + more), uniform() < plan.slow * factor);
            }
        },
    };
}
/** Uniform numbers in [0, 1), 32 bits: xoshiro128** (Blackman & Vigna 2021), seeded by a Weyl sequence through a mixer. */
function uniformFrom(seed) {
    let weyl = seed | 0;
    const word = () => {
        weyl = (weyl + 0x9e3779b9) | 0;
        let z = weyl;
        z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
        z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
        return z ^ (z >>> 15);
    };
    let [a, b, c, d] = [word(), word(), word(), word()];
    return () => {
        const five = Math.imul(b, 5);
        const result = Math.imul((five << 7) | (five >>> 25), 9);
        const shifted = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = (d << 11) | (d >>> 21);
        return (result >>> 0) / 4294967296;
    };
}
//# sourceMappingURL=crowd.js.map