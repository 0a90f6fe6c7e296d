/** What bpmn-js is built of and brings no types for, as far as the tests use it. */
declare module 'bpmn-moddle' {
  export class BpmnModdle {
    constructor(packages: object)
    fromXML(xml: string): Promise<{ rootElement: unknown; warnings: unknown[] }>
    toXML(element: unknown, options: object): Promise<{ xml: string }>
    create(type: string, properties: object): unknown
  }
}
declare module 'saxen' {
  export class Parser {
    on(event: string, listener: (...given: never[]) => void): this
    parse(xml: string): void
  }
}
