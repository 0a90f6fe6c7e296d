/** Nearer, farther, the whole picture. */
import type { RefObject } from 'preact'
import { Icon } from '../frame/icon'
import { t } from '../i18n'
import type { Picture } from './viewer'

export function Zoom({ picture }: { picture: RefObject<Picture | null> }) {
  return (
    <div class="zoom" role="toolbar" aria-label={t('diagram.title')}>
      <button type="button" class="btn sm" aria-label={t('diagram.in')} onClick={() => picture.current?.zoom(1)}><Icon name="plus" /></button>
      <button type="button" class="btn sm" aria-label={t('diagram.out')} onClick={() => picture.current?.zoom(-1)}><span aria-hidden="true">−</span></button>
      <button type="button" class="btn sm" onClick={() => picture.current?.zoom(0)}>{t('diagram.fit')}</button>
    </div>
  )
}
