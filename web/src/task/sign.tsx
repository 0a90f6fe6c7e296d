/** The handwritten signature: drawn with finger, pen or mouse, and given with one's password. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { signByHand } from '../api/paper'
import { Problem, sentence } from '../api/problem'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { either, t } from '../i18n'
import { session } from '../session/session'
import type { Leaf } from './leaf'

const WIDTH = 900
const HEIGHT = 360
const INK = '#1c3461'

interface Props {
  leaf: Leaf
  onClose: () => void
  onSigned: () => void
}

export default function SignDialog({ leaf, onClose, onSigned }: Props) {
  const paper = useRef<HTMLCanvasElement>(null)
  const password = useRef<HTMLInputElement>(null)
  const drawn = useSignal(false)
  const busy = useSignal(false)
  const errors = useSignal<{ drawing?: string; password?: string }>({})
  useEffect(() => drawOn(paper.current!, () => (drawn.value = true)), [drawn])

  const clear = () => {
    paper.current!.getContext('2d')!.clearRect(0, 0, WIDTH, HEIGHT)
    drawn.value = false
  }
  const submit = async (event: Event) => {
    event.preventDefault()
    if (busy.value) return
    errors.value = { ...(!drawn.value && { drawing: either('先在框里手写姓名。', 'Write your name in the box first.') }), ...(!password.current!.value && { password: either('输入登录密码。', 'Enter your password.') }) }
    if (Object.keys(errors.value).length) return
    busy.value = true
    try {
      await signByHand(leaf.id, paper.current!.toDataURL('image/png').split(',')[1]!, password.current!.value)
      leaf.detail.value = { ...leaf.detail.value!, signed: true }
      say(either('已签名，办理时一并提交', 'Signed; it goes with your decision'))
      onSigned()
    } catch (failure) {
      const wrong = failure instanceof Problem && ['wrong-credentials', 'locked'].includes(failure.code)
      errors.value = wrong ? { password: sentence(failure) } : { drawing: sentence(failure) }
      if (wrong) password.current!.select()
    }
    busy.value = false
  }
  const footer = (
    <>
      <button type="button" class="btn" onClick={clear}>{either('重写', 'Clear')}</button>
      <button class="btn pri grow" form="sign-form" aria-disabled={busy.value}>{either('签名', 'Sign')}</button>
    </>
  )
  return (
    <Dialog title={t('sign.title')} shape="sheet" onClose={onClose} footer={footer}>
      <form id="sign-form" class="st" onSubmit={submit} noValidate>
        <div class="fld">
          <span id="sign-hint" class="s d2">{either('请在框里手写姓名', 'Write your name in the box')}</span>
          <canvas ref={paper} class="sign-paper" width={WIDTH} height={HEIGHT} role="img" tabIndex={0} aria-label={drawn.value ? either('签名框，已有笔迹', 'Signature box with ink') : either('签名框，还没有笔迹', 'Signature box, empty')}
            aria-describedby={errors.value.drawing ? 'sign-error' : 'sign-hint'} />
          {errors.value.drawing && <p class="err" id="sign-error" role="alert">{errors.value.drawing}</p>}
        </div>
        <input type="hidden" autocomplete="username" value={session.value?.person.login} />
        <div class="fld">
          <label for="sign-password">{either('密码（确认是您本人）', 'Password (so that it is you)')}</label>
          <input class="in" id="sign-password" type="password" autocomplete="current-password" ref={password} aria-invalid={Boolean(errors.value.password)}
            aria-describedby={errors.value.password ? 'sign-password-error' : undefined} />
          {errors.value.password && <p class="err" id="sign-password-error" role="alert">{errors.value.password}</p>}
        </div>
      </form>
    </Dialog>
  )
}

/** Draws what the pointer does; returns how to stop it. */
function drawOn(canvas: HTMLCanvasElement, onInk: () => void): () => void {
  const pen = canvas.getContext('2d')!
  Object.assign(pen, { strokeStyle: INK, fillStyle: INK, lineWidth: 7, lineCap: 'round', lineJoin: 'round' })
  let last: [number, number] | null = null
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect()
    return [((event.clientX - box.left) * WIDTH) / box.width, ((event.clientY - box.top) * HEIGHT) / box.height]
  }
  const down = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId)
    last = at(event)
    pen.beginPath()
    pen.arc(...last, 3.5, 0, 2 * Math.PI)
    pen.fill()
    event.preventDefault()
  }
  const move = (event: PointerEvent) => {
    if (!last) return
    for (const point of event.getCoalescedEvents?.() ?? [event]) {
      const next = at(point)
      pen.beginPath()
      pen.moveTo(...last)
      pen.lineTo(...next)
      pen.stroke()
      last = next
    }
    onInk()
  }
  const up = () => (last = null)
  const handlers = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up } as const
  const entries = Object.entries(handlers) as [string, EventListener][]
  for (const [name, act] of entries) canvas.addEventListener(name, act)
  return () => {
    for (const [name, act] of entries) canvas.removeEventListener(name, act)
  }
}
