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

    # Where pickle looks for a class.
    for cls in (Net, Pair):
        cls.__qualname__ = cls.__name__
        globals()[cls.__name__] = cls
    suffix = '-'.join(torch.__version__.split('+')[0].split('.')[:2])
    net = Net().eval()
    image = torch.rand(1, 3, 8, 8)
    torch.jit.trace(net, image).save(f'{out}/traced-{suffix}.pth')
    torch.jit.script(net).save(f'{out}/scripted-{suffix}.pth')
    torch.jit.trace(Pair().eval(), (image, image)).save(f'{out}/two-inputs-{suffix}.pth')
    torch.save(net.state_dict(), f'{out}/state-dict-{suffix}.pth')
    torch.save(net.state_dict(), f'{out}/state-dict-legacy-{suffix}.pth', _use_new_zipfile_serialization=False)
    torch.save(net, f'{out}/module-{suffix}.pth')
    if hasattr(torch, 'export') and suffix.split('-')[0] == '2':
        torch.export.save(torch.export.export(net, (image,)), f'{out}/exported-{suffix}.pt2')
        strip_stack_traces(f'{out}/exported-{suffix}.pt2')


def strip_stack_traces(archive):
    """An exported program says where on this machine each operation was written."""
    with zipfile.ZipFile(archive) as source:
        entries = [(entry.filename, source.read(entry)) for entry in source.infolist()]
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_STORED) as target:
        for name, content in entries:
            if name.endswith('/models/model.json'):
                program = json.loads(content)
                for node in program['graph_module']['graph']['nodes']:
                    node['metadata'].pop('stack_trace', None)
                content = json.dumps(program).encode()
            target.writestr(zipfile.ZipInfo(name), content)


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


def keras(out):
    import keras

    inputs = keras.Input((8, 8, 3), name='image')
    outputs = keras.layers.Conv2D(4, 1)(inputs)
    model = keras.Model(inputs, outputs)
    model.save(f'{out}/keras3.h5')
    model.save_weights(f'{out}/only.weights.h5')
    model.save(f'{out}/keras3.keras')


def keras2(out):
    """tf.keras as of TensorFlow 2.9."""
    from tensorflow import keras

    inputs = keras.Input((8, 8, 3), name='image')
    model = keras.Model(inputs, keras.layers.Conv2D(4, 1)(inputs))
    model.save(f'{out}/keras2.h5', save_format='h5')
    sequential = keras.Sequential([keras.layers.Conv2D(4, 1, input_shape=(8, 8, 3), name='first')])
    sequential.save(f'{out}/sequential.h5', save_format='h5')
    model.save_weights(f'{out}/weights-only.h5', save_format='h5')
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
        booster.save_model(f'{out}/booster-{major}.model')
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


if __name__ == '__main__':
    framework, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    globals()[framework](folder)
