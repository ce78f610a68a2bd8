"""Logistic regression by gradient descent on minibatches: a small trainer that is a real one.

Its result is a function of rows, parameters and seed alone: the order of the rows of each epoch is drawn from the seed
and the epoch, so that a run taken up from a checkpoint gives the bytes of one that was never interrupted.
"""

import math
import random
import time

from espalier_trainer import Trainer


def sigmoid(value):
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))


def order_of(epoch, seed, count):
    order = list(range(count))
    random.Random(f"{seed}/order/{epoch}").shuffle(order)
    return order


def descend(weights, batch, learning_rate):
    """One step of gradient descent; the mean loss of the batch before it, in nats."""
    gradient, loss = [0.0] * len(weights), 0.0
    for features, label in batch:
        predicted = sigmoid(sum(w * x for w, x in zip(weights, features)))
        loss -= math.log(max(1e-12, predicted if label == 1 else 1 - predicted))
        for index, x in enumerate(features):
            gradient[index] += (predicted - label) * x
    for index in range(len(weights)):
        weights[index] -= learning_rate * gradient[index] / len(batch)
    return loss / len(batch)


def main():
    trainer = Trainer()
    rows = [([1.0, row["x"], row["y"]], row["label"]) for row in trainer.rows("rows")]
    batch_size = trainer.parameters["batch_size"]
    learning_rate = trainer.parameters["learning_rate"]
    pause = trainer.parameters.get("pause", 0)
    per_epoch = len(rows) // batch_size
    steps = per_epoch * trainer.parameters["epochs"]
    trainer.report(world_size=1, effective_batch=batch_size)

    state = trainer.load_checkpoint()
    if state is None:
        draw = random.Random(f"{trainer.seeds['training']}/weights")
        state = {"step": 0, "weights": [draw.gauss(0, 0.1) for _ in range(3)], "losses": []}
    else:
        trainer.report(resumed_at=state["step"])

    while state["step"] < steps:
        epoch, place = divmod(state["step"], per_epoch)
        order = order_of(epoch, trainer.seeds["training"], len(rows))
        batch = [rows[index] for index in order[place * batch_size : (place + 1) * batch_size]]
        loss = descend(state["weights"], batch, learning_rate)
        state["step"] += 1
        state["losses"].append(loss)
        if state["step"] % 10 == 0 or trainer.stopping:
            trainer.save_checkpoint(state)
            trainer.progress(state["step"], steps, loss, checkpoint=state["step"])
        if trainer.stopping:
            trainer.stop()
        time.sleep(pause)

    trainer.progress(state["step"], steps, state["losses"][-1])
    right = sum((sigmoid(sum(w * x for w, x in zip(state["weights"], f))) > 0.5) == (label == 1) for f, label in rows)
    trainer.write_weights("model", {"weights": ([3], state["weights"])}, {"model": "logistic regression"})
    trainer.write_rows("losses", [{"step": index + 1, "loss": loss} for index, loss in enumerate(state["losses"])])
    trainer.write_json("scores", {"accuracy": right / len(rows)})


main()
