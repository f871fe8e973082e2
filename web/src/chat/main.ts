import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/cell/index.css'
import 'vant/es/field/index.css'
import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'
import './styles/tokens.css'
import './styles/page.css'

import { createApp } from 'vue'

import App from './App.vue'
import { applyTextSize } from './text_size'
import { followKeyboard } from './viewport'

applyTextSize()
followKeyboard()
createApp(App).mount('#app')
