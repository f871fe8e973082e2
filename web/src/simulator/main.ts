import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import './styles/simulator.css'
import './styles/phone.css'
import './styles/chat.css'
import './styles/cards.css'
import './styles/foot.css'
import './styles/panel.css'

import { createApp } from 'vue'

import App from './App.vue'

createApp(App).mount('#app')
