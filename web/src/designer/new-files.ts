/** What a file begins with that is added to a design. */
import type { FileKind } from './state'

export type NewKind = Extract<FileKind, 'bpmn' | 'form' | 'decision' | 'document' | 'parameters'>

export const ENDINGS: Record<NewKind, string> = { bpmn: '.bpmn', form: '.form.json', decision: '.dmn', document: '.document.json', parameters: '.json' }

const escaped = (words: string): string => words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
const printed = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/** The content of a new file; `id` is its name without the ending, `title` what people call it. */
export function beginning(kind: NewKind, id: string, title: string): string {
  switch (kind) {
    case 'bpmn':
      return diagram(id, escaped(title))
    case 'decision':
      return table(id, escaped(title))
    case 'parameters':
      return '{}\n'
    default:
      return printed({ type: 'default', id, schemaVersion: 18, properties: { title, titleEn: title }, components: [] })
  }
}

/** A pool with a start that leads to an end. */
function diagram(id: string, title: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:liandong="urn:liandong:bpmn:1" id="definitions_${id}" targetNamespace="urn:liandong:process:${id}">
  <bpmn:collaboration id="collaboration_${id}">
    <bpmn:participant id="pool_${id}" name="${title}" processRef="${id}" />
  </bpmn:collaboration>
  <bpmn:process id="${id}" name="${title}" isExecutable="true">
    <bpmn:startEvent id="start_${id}">
      <bpmn:outgoing>to_end_${id}</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="to_end_${id}" sourceRef="start_${id}" targetRef="end_${id}" />
    <bpmn:endEvent id="end_${id}">
      <bpmn:incoming>to_end_${id}</bpmn:incoming>
    </bpmn:endEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram_${id}">
    <bpmndi:BPMNPlane id="plane_${id}" bpmnElement="collaboration_${id}">
      <bpmndi:BPMNShape id="pool_${id}_di" bpmnElement="pool_${id}" isHorizontal="true"><dc:Bounds x="160" y="80" width="640" height="240" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="start_${id}_di" bpmnElement="start_${id}"><dc:Bounds x="252" y="182" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="end_${id}_di" bpmnElement="end_${id}"><dc:Bounds x="602" y="182" width="36" height="36" /></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="to_end_${id}_di" bpmnElement="to_end_${id}"><di:waypoint x="288" y="200" /><di:waypoint x="602" y="200" /></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
`
}

/** A table of one question, one answer and one rule that always holds. */
function table(id: string, title: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="definitions_${id}" name="${title}" namespace="urn:liandong:process:${id}">
  <decision id="${id}" name="${title}">
    <decisionTable id="${id}_table" hitPolicy="FIRST">
      <input id="${id}_in1" label="条件"><inputExpression id="${id}_ex1" typeRef="boolean"><text>true</text></inputExpression></input>
      <output id="${id}_out1" label="结果" name="result" typeRef="string" />
      <rule id="${id}_rule1"><inputEntry id="${id}_r1c1"><text></text></inputEntry><outputEntry id="${id}_r1o1"><text>""</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
`
}
