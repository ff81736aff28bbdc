/** Which methods each path answers: lets a wrong method be told from a path that does not exist. */
export class RouteTable {
  private readonly routes: { path: RegExp; methods: string[] }[] = [];

  add(method: string | string[], url: string): void {
    const path = new RegExp(`^${url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}/?$`);
    this.routes.push({ path, methods: [method].flat() });
  }

  /** The methods that a path answers, none for an unknown path. */
  methodsOf(url: string): string[] {
    const [path = ''] = url.split('?', 1);
    const methods = this.routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  }
}
