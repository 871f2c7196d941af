import { problemText, type ReceiverEvent } from '@ombre/carry';
import { evaluate, type Outcome } from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';
import { toEvaluation } from '@ombre/protocol';
import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue as FlagJson,
  type FlagMetadata,
  type FlagValue,
  GeneralError,
  type Hook,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import { type FlagType, typeOf } from './flag-definition.ts';
import { Ombre, type OmbreOptions } from './ombre.ts';

/** Where tracking events of the application go. */
export type Track = (name: string, context: EvaluationContext, details: TrackingEventDetails) => void;

export interface ProviderExtras {
  readonly track?: Track;
  readonly hooks?: readonly Hook[];
}

/**
 * OpenFeature provider that decides in this process. Give it options, and it opens and closes the environment with its own life; give it
 * an open `Ombre`, and it shares it.
 */
export class OmbreProvider implements Provider {
  readonly metadata = { name: 'ombre' } as const;
  readonly runsOn = 'server';
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter();
  readonly hooks: Hook[];
  readonly #given: Ombre | OmbreOptions;
  readonly #track: Track | undefined;
  #ombre: Ombre | undefined;
  #unsubscribe: (() => void) | undefined;
  /** What was answered for an outcome: outcomes are shared objects, so answers can be too, as long as the revision stays. */
  #answers = new WeakMap<Outcome, ResolutionDetails<FlagValue>>();
  #revision: number | undefined;

  constructor(given: Ombre | OmbreOptions, extras: ProviderExtras = {}) {
    this.#given = given;
    this.#track = extras.track;
    this.hooks = [...(extras.hooks ?? [])];
  }

  /** Waits for a first answer; rejects where there is none yet, and a later one still makes the provider READY. */
  async initialize(): Promise<void> {
    const given = this.#given;
    this.#ombre = given instanceof Ombre ? given : new Ombre(given);
    const ombre = this.#ombre;
    const status = await ombre.start(given instanceof Ombre ? undefined : given.startTimeout);
    this.#unsubscribe = ombre.subscribe((event) => this.#pass(event));
    // OpenFeature says READY when this method returns; how it really stands is said after that.
    if (status === 'stale') setImmediate(() => this.#announce());
    if (status === 'ready' || status === 'stale') return;
    throw new GeneralError(ombre.problems.map(problemText).join('; ') || 'no answer from the source yet');
  }

  async onClose(): Promise<void> {
    this.#unsubscribe?.();
    if (!(this.#given instanceof Ombre)) await this.#ombre?.close();
  }

  resolveBooleanEvaluation(
    flag: string,
    fallback: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(flag, 'boolean', fallback, context);
  }

  resolveStringEvaluation(
    flag: string,
    fallback: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(flag, 'string', fallback, context);
  }

  resolveNumberEvaluation(
    flag: string,
    fallback: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(flag, 'number', fallback, context);
  }

  resolveObjectEvaluation<T extends FlagJson>(
    flag: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve<FlagValue>(flag, 'object', fallback, context) as Promise<ResolutionDetails<T>>;
  }

  track(name: string, context: EvaluationContext, details: TrackingEventDetails): void {
    this.#track?.(name, context, details);
  }

  #resolve<T extends FlagValue>(
    flag: string,
    type: FlagType,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    const bound = this.#ombre?.bind(context);
    if (this.#ombre === undefined || bound === undefined) {
      return Promise.resolve(failed(fallback, ErrorCode.PROVIDER_NOT_READY, 'no snapshot has come yet'));
    }
    const answer = this.#answer(evaluate(bound, flag), this.#ombre);
    if (answer.errorCode !== undefined) return Promise.resolve({ ...answer, value: fallback });
    const found = typeOf(answer.value as JsonValue);
    if (found !== type) {
      const message = `${flag} is a ${found} flag, asked for a ${type}`;
      return Promise.resolve(failed(fallback, ErrorCode.TYPE_MISMATCH, message, answer.flagMetadata));
    }
    return Promise.resolve(answer as ResolutionDetails<T>);
  }

  #answer(outcome: Outcome, ombre: Ombre): ResolutionDetails<FlagValue> {
    const revision = ombre.head?.revision;
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#answers = new WeakMap();
    }
    const known = this.#answers.get(outcome);
    if (known !== undefined) return known;
    const answer = toDetails(outcome, revision);
    this.#answers.set(outcome, answer);
    return answer;
  }

  #pass(event: ReceiverEvent): void {
    if (event.type === 'status') this.#announce();
    else if (event.type === 'changed') {
      this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...event.flags] });
    }
  }

  #announce(): void {
    const ombre = this.#ombre;
    if (ombre === undefined) return;
    const message = ombre.problems.map(problemText).join('; ');
    const { status } = ombre;
    if (status === 'ready') this.events.emit(ProviderEvents.Ready, {});
    if (status === 'stale') this.events.emit(ProviderEvents.Stale, { message });
    if (status === 'error') this.events.emit(ProviderEvents.Error, { message, errorCode: ErrorCode.GENERAL });
  }
}

function toDetails(outcome: Outcome, revision: number | undefined): ResolutionDetails<FlagValue> {
  const evaluation = toEvaluation(outcome);
  const flagMetadata: FlagMetadata = Object.freeze({
    ...evaluation.metadata,
    ...(revision === undefined ? {} : { revision }),
  });
  if (evaluation.errorCode !== undefined) {
    return Object.freeze({
      value: false,
      reason: 'ERROR',
      errorCode: ErrorCode[evaluation.errorCode],
      errorMessage: evaluation.errorDetails,
      flagMetadata,
    });
  }
  const { value, variant, reason } = evaluation;
  return Object.freeze({
    value: value as FlagValue,
    reason,
    flagMetadata,
    ...(variant === undefined ? {} : { variant }),
  });
}

function failed<T extends FlagValue>(
  value: T,
  errorCode: ErrorCode,
  errorMessage: string,
  flagMetadata: FlagMetadata = {},
): ResolutionDetails<T> {
  return { value, reason: 'ERROR', errorCode, errorMessage, flagMetadata };
}
