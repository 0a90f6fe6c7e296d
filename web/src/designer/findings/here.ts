/** What the gate finds in one file, as the file's editor shows it. */
import { computed } from '@preact/signals'
import { either } from '../../i18n'
import { findings, type DesignFinding } from '../state'

const byFile = computed(() => {
  const found = new Map<string, DesignFinding[]>()
  for (const finding of findings.value ?? []) {
    if (finding.file === null) continue
    found.set(finding.file, [...(found.get(finding.file) ?? []), finding])
  }
  return found
})

export const findingsIn = (file: string): DesignFinding[] => byFile.value.get(file) ?? []
export const saying = ({ message }: DesignFinding): string => either(message.zh, message.en)
