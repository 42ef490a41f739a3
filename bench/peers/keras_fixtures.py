"""Small networks saved by Keras itself, with what Keras makes of an input: test/fixtures/keras.

Run with Keras 3 (any backend) and NumPy:  python keras_fixtures.py FOLDER
Writes NAME.keras and NAME.h5 for each network, and outputs.json: inputs channels last, and outputs.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
generator = np.random.default_rng(7)


def branches():
    """Windows of every kind, additions and joins of images and of vectors, norms on both."""
    image = keras.Input((9, 8, 3), name="image")
    x = layers.Conv2D(6, (3, 2), strides=(2, 1), padding="same", use_bias=False)(image)
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.ReLU(max_value=6)(x)
    a = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=1, activation="relu")(x)
    a = layers.Add()([a, x])
    a = layers.MaxPooling2D((2, 2), padding="same")(a)
    b = layers.ZeroPadding2D(((1, 0), (0, 2)))(x)
    b = layers.Conv2D(4, 3, strides=2, groups=2, activation="relu")(b)
    b = layers.ZeroPadding2D(((0, 1), (0, 0)))(b)
    b = layers.Conv2D(5, 1)(b)
    ab = layers.Concatenate()([a, b])
    flat = layers.Flatten()(ab)
    flat = layers.BatchNormalization()(flat)
    pooled = layers.GlobalMaxPooling2D()(ab)
    both = layers.Concatenate()([flat, pooled, layers.Flatten()(layers.AveragePooling2D(2)(ab))])
    scores = layers.Dense(4)(both)
    return keras.Model(image, layers.Activation("softmax")(scores), name="branches")


def in_a_row():
    """A Sequential network with one within, separable windows, a dense layer on an image, and reshaping."""
    inner = keras.Sequential([keras.Input((2, 2, 4)), layers.Conv2D(4, 1)], name="inner")
    head = keras.Sequential(
        [keras.Input((3, 3, 6)), layers.Conv2D(4, 2, activation="relu6"), layers.Dropout(0.5), inner], name="head"
    )
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.SeparableConv2D(6, 3, depth_multiplier=2, activation="relu"),
            layers.AveragePooling2D((2, 2)),
            layers.Dense(6, activation="relu"),
            head,
            layers.GlobalAveragePooling2D(),
            layers.Reshape((1, 1, 4)),
            layers.Conv2D(7, 1, activation="relu"),
            layers.Reshape((-1,)),
            layers.Dense(5, activation="linear"),
        ],
        name="in_a_row",
    )


def signals():
    """Windows over one axis, and a layer used twice."""
    signal = keras.Input((16, 3), name="signal")
    x = layers.Conv1D(6, 5, dilation_rate=2, padding="same", activation="relu")(signal)
    x = layers.MaxPooling1D(3, strides=2)(x)
    shared = layers.Conv1D(6, 3, padding="same")
    x = layers.Activation("relu")(shared(x))
    x = layers.Activation("relu")(shared(x))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(signal, layers.Dense(3, activation="softmax")(x), name="signals")


def the_rest():
    """Layers the others have not: windows over one axis of other kinds, scales by channel, what training adds."""
    signal = keras.Input((15, 4), name="signal")
    x = layers.Rescaling([1.0, 0.5, 2.0, 1.5], offset=[0.1, -0.2, 0.0, 0.3])(signal)
    x = layers.Normalization()(x)
    x = layers.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0])(x)
    x = layers.ZeroPadding1D((1, 2))(x)
    x = layers.SeparableConv1D(6, 4, strides=2, activation="relu")(x)
    x = layers.SpatialDropout1D(0.1)(layers.GaussianNoise(0.1)(x))
    x = layers.DepthwiseConv1D(3, padding="same", depth_multiplier=2)(x)
    x = layers.GaussianDropout(0.1)(layers.ReLU()(x))
    x = layers.ActivityRegularization(0.1)(layers.AlphaDropout(0.1)(layers.Dropout(0.1)(x)))
    x = layers.AveragePooling1D(2)(x)
    x = layers.Concatenate()([layers.GlobalMaxPooling1D(keepdims=True)(x), layers.GlobalAveragePooling1D(keepdims=True)(x)])
    x = layers.Reshape((1, 1, 24))(x)
    x = layers.SpatialDropout2D(0.1)(x)
    return keras.Model(signal, layers.Dense(3)(layers.Flatten()(x)), name="the_rest")


def operators():
    """Operators and numbers between layers, padding in front, names beyond ASCII."""
    signal = keras.Input((7, 2), name="signal")
    x = (signal / 0.5 - np.array([0.2, 0.6], "float32")) * 1.5
    x = layers.Identity()(x)
    x = keras.ops.relu(layers.Conv1D(3, 3, padding="causal", name="räum")(x))
    x = keras.ops.minimum(keras.ops.maximum(1.0 - x, 0.0), 0.75)
    x = layers.Dense(4, name="dichte")(inputs=layers.Flatten()(x))
    return keras.Model(signal, layers.Dense(3, name="出力")(keras.ops.relu6(x)), name="operators")


outputs = {}
for build in (branches, in_a_row, signals, the_rest, operators):
    keras.utils.set_random_seed(3)
    model = build()
    weights = [generator.uniform(-0.5, 0.5, w.shape) + (1.0 if w.path.endswith("variance") else 0.0) for w in model.weights]
    model.set_weights(weights)
    model.save(folder / f"{model.name}.keras")
    model.save(folder / f"{model.name}.h5")
    pixels = generator.integers(0, 256, (2, *model.input_shape[1:]))
    # The scores before a softmax, which is left out.
    last = model.layers[-1]
    until = model
    if getattr(last, "activation", None) is keras.activations.softmax:
        if isinstance(last, layers.Dense):
            last.activation = keras.activations.linear
            until = keras.Model(model.inputs, last(last._inbound_nodes[0].arguments.args[0]))
        else:
            until = keras.Model(model.inputs, model.layers[-2].output)
    scale = 1.0 if model.name == "in_a_row" else 1 / 255
    scores = keras.ops.convert_to_numpy(until(pixels.astype("float32") * scale, training=False))
    outputs[model.name] = {
        "shape": list(model.input_shape[1:]),
        "scale": scale,
        "pixels": pixels.reshape(2, -1).tolist(),
        "scores": scores.reshape(2, -1).astype(float).tolist(),
    }
(folder / "outputs.json").write_text(json.dumps({"keras": keras.__version__, "networks": outputs}) + "\n")
