"""Makes the small models of test/preflight/models with the frameworks themselves.

    python test/preflight/make_models.py FRAMEWORK OUTPUT_FOLDER

One framework per call, as no single environment holds them all.
"""
import json
import os
import shutil
import sys
import zipfile


def onnx(out):
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def model(name, dims, opset=12, ir=7, weights=4, external=False):
        weight = numpy_helper.from_array(np.arange(weights * 3, dtype=np.float32).reshape(weights, 3, 1, 1), 'w')
        graph = helper.make_graph(
            [helper.make_node('Conv', ['image', 'w'], ['features'])], 'net',
            [helper.make_tensor_value_info('image', TensorProto.FLOAT, dims)],
            [helper.make_tensor_value_info('features', TensorProto.FLOAT, [None, 4, None, None])], [weight])
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=ir)
        onnx.checker.check_model(made)
        onnx.save(made, f'{out}/{name}.onnx')

    model('fixed', [1, 3, 32, 32])
    model('dynamic', ['batch', 3, None, 32])
    model('newer', [1, 3, 32, 32], opset=21, ir=10)
    # Older exporters list the weights among the inputs.
    weight = numpy_helper.from_array(np.zeros((4, 3, 1, 1), np.float32), 'w')
    graph = helper.make_graph(
        [helper.make_node('Conv', ['image', 'w'], ['features'])], 'net',
        [helper.make_tensor_value_info('image', TensorProto.FLOAT, [1, 3, 32, 32]),
         helper.make_tensor_value_info('w', TensorProto.FLOAT, [4, 3, 1, 1])],
        [helper.make_tensor_value_info('features', TensorProto.FLOAT, [None, 4, None, None])], [weight])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 7)], ir_version=3), f'{out}/weights-as-inputs.onnx')
    # Weights beside the model, as recent exporters of PyTorch write them.
    graph = helper.make_graph(
        [helper.make_node('Conv', ['image', 'w'], ['features'])], 'net',
        [helper.make_tensor_value_info('image', TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info('features', TensorProto.FLOAT, [None, 4, None, None])], [weight])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 12)], ir_version=7)
    onnx.save(made, f'{out}/external.onnx', save_as_external_data=True, location='external.onnx.data', size_threshold=0)


def torch(out):
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(3, 4, 1)

        def forward(self, image):
            return torch.relu(self.conv(image))

    class Pair(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = Net()

        def forward(self, left, right):
            return self.net(left) + self.net(right)

    class Scaled(torch.nn.Module):
        def forward(self, image: torch.Tensor):
            return torch.nn.functional.gelu(image)

    # Where pickle looks for a class.
    for cls in (Net, Pair, Scaled):
        cls.__qualname__ = cls.__name__
        globals()[cls.__name__] = cls
    suffix = '-'.join(torch.__version__.split('+')[0].split('.')[:2])
    net = Net().eval()
    image = torch.rand(1, 3, 8, 8)
    torch.jit.trace(net, image).save(f'{out}/traced-{suffix}.pth')
    torch.jit.script(net).save(f'{out}/scripted-{suffix}.pth')
    torch.jit.trace(Pair().eval(), (image, image)).save(f'{out}/two-inputs-{suffix}.pth')
    # The operator gelu makes it a newer version of TorchScript.
    torch.jit.script(Scaled()).save(f'{out}/gelu-{suffix}.pth')
    # A class of a module of a package, as those of torchvision are.
    torch.jit.trace(torch.nn.Conv2d(3, 4, 1).eval(), image).save(f'{out}/packaged-{suffix}.pth')
    torch.save(net.state_dict(), f'{out}/state-dict-{suffix}.pth')
    torch.save(net.state_dict(), f'{out}/state-dict-legacy-{suffix}.pth', _use_new_zipfile_serialization=False)
    torch.save(net, f'{out}/module-{suffix}.pth')
    if hasattr(torch, 'export') and suffix.split('-')[0] == '2':
        torch.export.save(torch.export.export(net, (image,)), f'{out}/exported-{suffix}.pt2')
    for archive in os.listdir(out):
        if zipfile.is_zipfile(f'{out}/{archive}'):
            strip_stack_traces(f'{out}/{archive}')


def strip_stack_traces(archive):
    """What PyTorch saves says where on this machine each operation was written: programs of torch.export in the graph, TorchScript in files of its own."""
    with zipfile.ZipFile(archive) as source:
        entries = [(entry, source.read(entry)) for entry in source.infolist() if not entry.filename.endswith('.debug_pkl')]
    with zipfile.ZipFile(archive, 'w') as target:
        for entry, content in entries:
            if entry.filename.endswith('/models/model.json'):
                program = json.loads(content)
                for node in program['graph_module']['graph']['nodes']:
                    node['metadata'].pop('stack_trace', None)
                content = json.dumps(program).encode()
            made = zipfile.ZipInfo(entry.filename)
            made.compress_type = entry.compress_type
            target.writestr(made, content)


def tensorflow(out):
    import tensorflow as tf

    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.weight = tf.Variable(tf.zeros([1, 1, 3, 4]), name='weight')

        @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 3], tf.float32, name='image')])
        def serve(self, image):
            return {'features': tf.nn.conv2d(image, self.weight, 1, 'SAME')}

    net = Net()
    tf.saved_model.save(net, f'{out}/saved_model', signatures=net.serve)
    # A module that is saved without signatures keeps none.
    bare = tf.Module()
    bare.weight = tf.Variable(tf.zeros([1]))
    tf.saved_model.save(bare, f'{out}/without-signature')
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    frozen = convert_variables_to_constants_v2(net.serve.get_concrete_function())
    tf.io.write_graph(frozen.graph, out, 'frozen.pb', as_text=False)
    tf.io.write_graph(frozen.graph, out, 'frozen.pbtxt', as_text=True)
    converter = tf.lite.TFLiteConverter.from_saved_model(f'{out}/saved_model')
    with open(f'{out}/dynamic.tflite', 'wb') as file:
        file.write(converter.convert())

    @tf.function(input_signature=[tf.TensorSpec([1, 8, 8, 3], tf.float32, name='image')])
    def fixed(image):
        return tf.nn.conv2d(image, tf.ones([1, 1, 3, 4]), 1, 'SAME')

    converter = tf.lite.TFLiteConverter.from_concrete_functions([fixed.get_concrete_function()], net)
    with open(f'{out}/fixed.tflite', 'wb') as file:
        file.write(converter.convert())

    # An operator of a release that is newer than those that AWS documents.
    @tf.function(input_signature=[tf.TensorSpec([1, 8, 8, 3], tf.float32, name='image')])
    def newer(image):
        return tf.nn.gelu(image)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([newer.get_concrete_function()], tf.Module())
    with open(f'{out}/newer.tflite', 'wb') as file:
        file.write(converter.convert())


def keras(out):
    import keras

    inputs = keras.Input((8, 8, 3), name='image')
    outputs = keras.layers.Conv2D(4, 1)(inputs)
    model = keras.Model(inputs, outputs)
    model.save(f'{out}/keras3.h5')
    model.save_weights(f'{out}/only.weights.h5')
    model.save(f'{out}/keras3.keras')


def keras22(out):
    """Keras 2.2.4 with TensorFlow 1.15 (Python 3.7), the releases that AWS documents."""
    import keras

    inputs = keras.layers.Input((8, 8, 3), name='image')
    model = keras.models.Model(inputs, keras.layers.Conv2D(4, 1)(inputs))
    model.save(f'{out}/keras-2-2.h5')
    keras.models.Sequential([keras.layers.Conv2D(4, 1, input_shape=(8, 8, 3), name='first')]).save(f'{out}/sequential-2-2.h5')
    model.save_weights(f'{out}/weights-2-2.h5')
    volume = keras.layers.Input((4, 8, 8, 3), name='volume')
    keras.models.Model(volume, keras.layers.Conv3D(2, 1)(volume)).save(f'{out}/volume-2-2.h5')
    # A model that is channel-first, which AWS does not document.
    first = keras.layers.Input((3, 8, 8), name='image')
    keras.models.Model(first, keras.layers.Conv2D(4, 1, data_format='channels_first')(first)).save(f'{out}/channels-first-2-2.h5')


def tensorflow1(out):
    """TensorFlow 1.15 (Python 3.7)."""
    import tensorflow as tf

    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        image = tf.compat.v1.placeholder(tf.float32, [None, 8, 8, 3], name='image')
        weight = tf.compat.v1.get_variable('weight', [1, 1, 3, 4])
        features = tf.identity(tf.nn.conv2d(image, weight, 1, 'SAME'), name='features')
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.saved_model.simple_save(session, f'{out}/saved_model_1_15', {'photo': image}, {'features': features})
        frozen = tf.compat.v1.graph_util.convert_variables_to_constants(session, session.graph_def, ['features'])
        tf.io.write_graph(frozen, out, 'frozen-1-15.pb', as_text=False)


def tensorflow29(out):
    """TensorFlow 2.9 (Python 3.10)."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 3], tf.float32, name='image')])
    def serve(image):
        return tf.nn.conv2d(image, tf.ones([1, 1, 3, 4]), 1, 'SAME')

    frozen = convert_variables_to_constants_v2(serve.get_concrete_function())
    tf.io.write_graph(frozen.graph, out, 'frozen-2-9.pb', as_text=False)


def keras2(out):
    """tf.keras as of TensorFlow 2.9."""
    from tensorflow import keras

    inputs = keras.Input((8, 8, 3), name='image')
    model = keras.Model(inputs, keras.layers.Conv2D(4, 1)(inputs))
    model.save(f'{out}/keras2.h5', save_format='h5')
    model.save(f'{out}/saved_model_keras', save_format='tf')


def xgboost(out):
    import numpy as np
    import xgboost

    data = xgboost.DMatrix(np.arange(20, dtype=np.float32).reshape(10, 2), label=np.arange(10) % 2)
    booster = xgboost.train({'objective': 'binary:logistic', 'max_depth': 2}, data, 2)
    major = xgboost.__version__.split('.')[0]
    booster.save_model(f'{out}/booster-{major}.json')
    booster.save_model(f'{out}/booster-{major}.ubj')
    if major == '1':
        minor = xgboost.__version__.split('.')[1]
        booster.save_model(f'{out}/booster-{major}-{minor}.model')
    import pickle
    with open(f'{out}/pickled-{major}.model', 'wb') as file:
        pickle.dump(booster, file)


def mxnet(out):
    import mxnet
    from mxnet.gluon import nn

    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 1), nn.Dense(2))
    net.initialize()
    net.hybridize()
    net(mxnet.nd.ones((1, 3, 8, 8)))
    net.export(f'{out}/gluon', 0)
    data = mxnet.sym.Variable('data')
    symbol = mxnet.sym.SoftmaxOutput(mxnet.sym.FullyConnected(data, num_hidden=2, name='fc'), name='softmax')
    module = mxnet.mod.Module(symbol)
    module.bind([('data', (1, 8))], [('softmax_label', (1,))])
    module.init_params()
    module.save_checkpoint(f'{out}/module', 0)
    shaped = mxnet.sym.FullyConnected(mxnet.sym.Variable('data', shape=(1, 8)), num_hidden=2, name='fc')
    shaped.save(f'{out}/shaped-symbol.json')
    mxnet.nd.save(f'{out}/shaped-0000.params', {'arg:fc_weight': mxnet.nd.ones((2, 8)), 'arg:fc_bias': mxnet.nd.ones((2,))})


if __name__ == '__main__':
    framework, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    globals()[framework](folder)
