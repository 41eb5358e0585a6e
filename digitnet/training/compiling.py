"""The model that `fit` sees: ends at the logits, compiled for SGD as a recipe has it."""

import keras

from digitnet.recipe import Recipe

# Steps a call into the compiled loop: saves TensorFlow a fifth of an epoch. Keras unrolls the loop
# on JAX, where 26 steps took over a minute to compile.
STEPS_PER_EXECUTION = {"tensorflow": 50}


def compile_for_training(model: keras.Model, recipe: Recipe, steps_per_epoch: int) -> keras.Model:
    """A model that ends at the logits, compiled for SGD. It shares its weights with `model`.

    Labels are one-hot, `(B, 10)`.
    """
    training_model = keras.Model(model.input, model.get_layer("logits").output, name="classifier")
    training_model.compile(
        optimizer=_optimizer(recipe, steps_per_epoch),
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=recipe.label_smoothing
        ),
        metrics=[keras.metrics.CategoricalAccuracy("accuracy")],
        steps_per_execution=min(
            STEPS_PER_EXECUTION.get(keras.backend.backend(), 1), steps_per_epoch
        ),
        jit_compile=keras.backend.backend() == "jax",  # XLA slows TensorFlow down on a CPU
    )
    return training_model


def _optimizer(recipe: Recipe, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    learning_rate = recipe.learning_rate
    if recipe.schedule == "cosine":
        # At most a tenth of the run: one that ends at its highest rate has learned little.
        warmup_steps = min(
            round(recipe.warmup_epochs * steps_per_epoch), recipe.epochs * steps_per_epoch // 10
        )
        learning_rate = keras.optimizers.schedules.CosineDecay(
            0.0 if warmup_steps else recipe.learning_rate,
            decay_steps=max(1, recipe.epochs * steps_per_epoch - warmup_steps),
            warmup_target=recipe.learning_rate if warmup_steps else None,
            warmup_steps=warmup_steps,
        )
    return keras.optimizers.SGD(
        learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        weight_decay=recipe.weight_decay or None,
        use_ema=recipe.ema_momentum > 0,
        ema_momentum=recipe.ema_momentum or 0.99,
    )
