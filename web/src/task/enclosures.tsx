/** What is to go with the opinion: up to five pictures or PDF files, sent with the decision. */
import type { Field } from '../api/types'
import { FilesControl } from '../form/files'
import { WritingContext } from '../form/writing'
import { narrow } from '../frame/media'
import { t } from '../i18n'
import type { Leaf } from './leaf'
import { ENCLOSED } from './uploads'

const FIELD = { accept: ['image/jpeg', 'image/png', 'application/pdf'], maxFiles: 5, maxBytes: 10 * 1024 * 1024 } as Field

export default function Enclosures({ leaf }: { leaf: Leaf }) {
  const writing = { values: {}, names: {}, faults: {}, narrow: narrow.value, uploads: leaf.enclosures, write: () => undefined }
  return (
    <section class="enclosing fld" data-field={ENCLOSED[0]}>
      <span class="l" id="enclosures-label">{t('task.enclosures')}</span>
      <WritingContext.Provider value={writing}>
        <FilesControl field={FIELD} path={ENCLOSED} value={leaf.enclosed.value} id="enclosures" invalid={false} notes={undefined} />
      </WritingContext.Provider>
    </section>
  )
}
