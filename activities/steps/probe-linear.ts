/** `probe-linear`: see schemas/steps/probe-linear. */
import { probeLinear } from '../../schemas/steps/probe-linear.ts';
import { readActivations } from '../analysis/activation-layers.ts';
import { counted } from '../analysis/counted.ts';
import { endsOf, estimate, finiteOrNull } from '../analysis/estimate.ts';
import { type LayerProbe, probeLayer } from '../analysis/layer-probe.ts';
import { controlShuffles } from '../analysis/row-probe.ts';
import { stepBody } from '../step-body.ts';

export const probeLinearBody = stepBody(probeLinear, async cell => {
  const { checkpoint, label, folds, c } = cell.with;
  const axes = checkpoint.map(column => ({ parameter: 'checkpoint', column }));
  const source = { port: 'activations', table: await cell.table('activations') };
  const { layers, width } = await readActivations(source, [...axes, { parameter: 'label', column: label }]);
  const probes: LayerProbe[] = [];
  for (const layer of layers) {
    probes.push(probeLayer(layer, { checkpoint, width, folds, c, seed: cell.seeds.folds }));
    await cell.progress({ step: probes.length, steps: layers.length });
  }
  return {
    outputs: { accuracy: await cell.writeTable(probeLinear.out.accuracy.columns, probes.map(asRow)) },
    metrics: metricsOf(probes),
    notes: { width, control_shuffles: controlShuffles },
  };
});

function asRow({ layer, held, controlAccuracy, centredAccuracy, prompts, models }: LayerProbe) {
  return {
    layer,
    accuracy: finiteOrNull(held.accuracy),
    ...endsOf(held.interval),
    control_accuracy: finiteOrNull(controlAccuracy),
    centred_accuracy: finiteOrNull(centredAccuracy),
    majority_accuracy: finiteOrNull(held.majorityAccuracy),
    rows: held.n,
    prompts,
    models,
  };
}

/** Of the layer with the best accuracy, the first among equals. */
function metricsOf(probes: readonly LayerProbe[]) {
  const best = probes.reduce((one, other) => (other.held.accuracy > one.held.accuracy ? other : one));
  const { layer, held, controlAccuracy, centredAccuracy, prompts: n } = best;
  const place = `layer ${layer}`;
  const chosen = probes.length > 1 ? `, the best of ${probes.length} by this accuracy` : '';
  return {
    accuracy: estimate({
      value: held.accuracy,
      n,
      interval: held.interval,
      note: `${place}${chosen}; n counts prompts, the interval takes ${counted(held.n, 'row')} as independent`,
      unless: 'no rows',
    }),
    control_accuracy: estimate({ value: controlAccuracy, n, note: place, unless: 'no rows' }),
    centred_accuracy: estimate({
      value: centredAccuracy,
      n,
      note: place,
      unless: 'no axis names a model (`checkpoint`), whose mean could be removed',
    }),
  };
}
