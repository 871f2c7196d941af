import { describe, expect, test } from 'vitest';
import { cookiesOf, normalPath, requestAttributes } from './attributes.ts';

describe('the attributes of a request', () => {
  test('are read from its line and headers', () => {
    const request = requestAttributes({
      method: 'POST',
      target: '/a/b?x=1&y=a%20b+c&x=2&z',
      headers: {
        host: 'Shop.Example',
        cookie: 'a=1; b="x"; a=2; c',
        'content-length': '12',
        'x-many': ['p', 'q'],
      },
      address: '203.0.113.7',
    });
    expect(request).toMatchObject({ method: 'POST', path: '/a/b', host: 'shop.example', size: 12 });
    expect(request.query).toEqual({ x: '1', y: 'a b c', z: '' });
    expect(request.cookie).toEqual({ a: '1', b: '"x"', c: '' });
    expect(request.header['x-many']).toBe('p, q');
    expect(request.address).toBe('203.0.113.7');
  });

  test('have a size of 0 without a body and of -1 where it is not announced', () => {
    const size = (headers: Record<string, string>) =>
      requestAttributes({ method: 'GET', target: '/', headers, address: '' }).size;
    expect([size({}), size({ 'transfer-encoding': 'chunked' })]).toEqual([0, -1]);
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
