import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cookieIn,
  cookiesOf,
  isRequestAttribute,
  normalPath,
  REQUEST_TYPES,
  requestAttribute,
} from './attributes.ts';

describe('the attributes of a request', () => {
  test('are read from its line and headers', () => {
    const parts = {
      method: 'POST',
      target: '/a/b?x=1&y=a%20b+c&x=2&z',
      headers: {
        host: 'Shop.Example',
        cookie: 'a=1; b="x"; a=2; c',
        'content-length': '12',
        'x-many': ['p', 'q'],
      },
      address: '203.0.113.7',
    };
    const names = Object.keys(REQUEST_TYPES).filter(isRequestAttribute);
    expect(Object.fromEntries(names.map((name) => [name, requestAttribute(name, parts)]))).toEqual({
      'request.method': 'POST',
      'request.path': '/a/b',
      'request.query': { x: '1', y: 'a b c', z: '' },
      'request.host': 'shop.example',
      'request.header': {
        host: 'Shop.Example',
        cookie: 'a=1; b="x"; a=2; c',
        'content-length': '12',
        'x-many': 'p, q',
      },
      'request.cookie': { a: '1', b: '"x"', c: '' },
      'request.size': 12,
      'request.address': '203.0.113.7',
    });
  });

  test('have a size of 0 without a body and of -1 where it is not announced', () => {
    const size = (headers: Record<string, string>) =>
      requestAttribute('request.size', { method: 'GET', target: '/', headers, address: '' });
    expect([size({}), size({ 'transfer-encoding': 'chunked' })]).toEqual([0, -1]);
  });

  test('give one cookie as they give all', () => {
    const piece = fc.constantFrom('a', 'b', '=', ';', ' ', '"', '; ', 'a=1', '__proto__');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('a', 'b', '__proto__', 'a=1'),
        (parts, name) => {
          const header = parts.join('');
          const all = cookiesOf(header);
          expect(cookieIn(header, name)).toBe(Object.hasOwn(all, name) ? all[name] : undefined);
        },
      ),
    );
  });

  test('take names of Object’s own for names', () => {
    expect(cookiesOf('__proto__=a; constructor=b')).toHaveProperty('constructor', 'b');
    expect(Object.keys(cookiesOf('__proto__=a'))).toEqual(['__proto__']);
  });

  // RFC 3986, 5.2.4 and 6.2.2.
  test.each([
    ['/a/b/c/./../../g', '/a/g'],
    ['/mid/content=5/../6', '/mid/6'],
    ['/%61%2d%2D%7e%2f%2F', '/a--~%2F%2F'],
    ['/..', '/'],
    ['/../../a/..', '/'],
    ['/a/.', '/a/'],
    ['/%2e%2E/admin', '/admin'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a%', '/a%'],
    ['/a?/../b', '/a'],
  ])('spell the path %s as %s', (sent, path) => {
    expect(normalPath(sent)).toBe(path);
  });
});
