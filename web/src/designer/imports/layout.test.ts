/** Files without a drawing get one, and stay what they are: only the drawing is added. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { attribute, childrenOf, scan, spliced, within } from '../text/xml'
import { drawn, isDrawn } from './layout'

const ROOT = new URL('../../../../bpmn/', import.meta.url).pathname
const undrawn = (text: string): string => spliced(text, childrenOf(scan(text), 'BPMNDiagram').map(({ start, end }) => ({ start, end, text: '' })))

const CAMUNDA = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="x">
  <process id="leave" isExecutable="true" camunda:historyTimeToLive="P30D">
    <startEvent id="begin"/><sequenceFlow id="f1" sourceRef="begin" targetRef="ask"/>
    <userTask id="ask" name="审批" camunda:candidateGroups="boss"><!-- 保留 --></userTask>
    <sequenceFlow id="f2" sourceRef="ask" targetRef="end"/><endEvent id="end"/>
  </process>
</definitions>
`

test('a file of Camunda without a drawing is drawn, and nothing else in it changes', async () => {
  expect(isDrawn(CAMUNDA)).toBe(false)
  const { text, missing } = await drawn(CAMUNDA)
  expect(missing).toBe(0)
  expect(isDrawn(text)).toBe(true)
  expect(undrawn(text).replace(/ xmlns:(bpmndi|dc|di)="[^"]*"/g, '').replace(/\s+/g, ' ')).toBe(CAMUNDA.replace(/\s+/g, ' '))
  // Every figure stands in a diagram whose prefixes the file declares.
  for (const prefix of ['bpmndi', 'dc', 'di']) if (text.includes(`<${prefix}:`)) expect(text).toContain(`xmlns:${prefix}="`)
})

test.each(['collect/collect', 'referral/referral'])('%s: every pool is drawn with its steps in it, and every message between them', async (name) => {
  const { text, missing } = await drawn(undrawn(readFileSync(`${ROOT}${name}.bpmn`, 'utf8')))
  expect(missing).toBe(0)
  const root = scan(text)
  const boxes = new Map(within(root, 'BPMNShape').map((shape) => [attribute(shape, 'bpmnElement'), ['x', 'y', 'width', 'height'].map((side) => Number(attribute(childrenOf(shape, 'Bounds')[0]!, side)))]))
  const pools = within(root, 'participant')
  for (const process of childrenOf(root, 'process')) {
    const [x, y, width, height] = boxes.get(attribute(pools.find((pool) => attribute(pool, 'processRef') === attribute(process, 'id'))!, 'id'))!
    for (const task of within(process, 'userTask')) {
      const [left, top, wide, high] = boxes.get(attribute(task, 'id'))!
      expect(left! >= x! && top! >= y! && left! + wide! <= x! + width! && top! + high! <= y! + height!).toBe(true)
    }
  }
  const edges = new Set(within(root, 'BPMNEdge').map((edge) => attribute(edge, 'bpmnElement')))
  for (const flow of [...within(root, 'messageFlow'), ...within(root, 'sequenceFlow')]) expect(edges).toContain(attribute(flow, 'id'))
}, 60_000)
