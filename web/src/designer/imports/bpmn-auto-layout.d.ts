/** The part of bpmn-auto-layout that is used; the package brings no types. */
declare module 'bpmn-auto-layout' {
  export function layoutProcess(xml: string): Promise<string>
}
